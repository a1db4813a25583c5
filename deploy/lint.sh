#!/bin/sh
# Looks through what is in this folder with the tools that there are; what is left out is said.
set -eu
cd "$(dirname "$0")"
bin=${1:-../.venv/bin}
skipped() { echo "deploy: $1 is skipped: $2"; }

"$bin/hadolint" Dockerfile

if command -v systemd-analyze >/dev/null; then
  # The program is elsewhere here: only the unit is looked at.
  unit=$(mktemp -d)
  trap 'rm -rf "$unit"' EXIT
  sed 's|^ExecStart=/opt/openspace/bin/openspace|ExecStart=/bin/true|' openspace.service >"$unit/openspace.service"
  said=$(systemd-analyze verify --man=no --recursive-errors=no "$unit/openspace.service" 2>&1) || true
  # What an older systemd does not know yet is no fault; all else that it says of our unit is.
  if printf '%s\n' "$said" | grep "openspace.service" | grep -v "Unknown key.*'Restart\(Steps\|MaxDelaySec\)'"; then
    exit 1
  fi
else
  skipped openspace.service "there is no systemd-analyze"
fi

if docker compose version >/dev/null 2>&1; then
  for profile in web watch; do docker compose -f compose.yaml --profile "$profile" config --quiet; done
else
  skipped compose.yaml "there is no docker compose"
fi

if command -v promtool >/dev/null; then
  promtool check rules alerts.yml
else
  skipped "promtool for alerts.yml" "there is none; the tests parse each rule"
fi

// Keeps a page current, adds the reader's own times, and runs the hallway screen. Works for weeks on end:
// every timer is made once, and what is shown is replaced, never added to.
"use strict";

(() => {
  const page = document.documentElement, body = document.body, about = body.dataset, screen = about.kind === "screen";
  const lost = document.getElementById("lost"), said = document.getElementById("said");
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const QUIET = 40e3, LATE = 6e3, PAGE = 12e3, NIGHT = [22, 6], RENEWED = 4;

  // ---------------------------------------------------------------- times

  // What a browser does not know, since it is older than a zone's name or finds none, is its own time.
  const known = (zone) => { try { new Intl.DateTimeFormat("en", {timeZone: zone}); return zone; } catch { return undefined; } };
  const format = (zone, more) => new Intl.DateTimeFormat(page.lang, {timeZone: known(zone), hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...more});
  const date = (zone) => new Intl.DateTimeFormat("en-CA", {timeZone: known(zone)});
  const day = {year: "numeric", month: "numeric", day: "numeric"};
  const theirs = format(about.zone), ours = format(mine), ourWeekday = format(mine, {weekday: "short"});
  const theirDay = format(about.zone, day), ourDay = format(mine, day);  // to compare, never to show
  const theirDate = date(about.zone), ourDate = date(mine);

  function addTimes(root) {
    if (screen) return;
    let any = false;
    for (const place of root.querySelectorAll(".range, time[datetime]")) {
      const times = place.matches("time") ? [place] : [...place.querySelectorAll("time")];
      if (place.parentElement.closest(".range") || place.nextElementSibling?.className === "yours") continue;
      const at = times.map((time) => new Date(time.dateTime));
      if (!at.length || at.every((each) => theirDay.format(each) === ourDay.format(each))) continue;
      const yours = document.createElement("span"), sr = document.createElement("span");
      yours.className = "yours";
      sr.className = "sr";
      sr.textContent = about.yours + " ";
      const otherDay = theirDate.format(at[0]) !== ourDate.format(at[0]);
      yours.append(sr, at.map((each, n) => (otherDay && !n ? ourWeekday : ours).format(each)).join("–"));
      place.after(yours);
      any = true;
    }
    if (any) {
      for (const each of document.querySelectorAll("[data-mine]")) each.textContent = mine.split("/").pop().replaceAll("_", " ");
      for (const each of document.querySelectorAll(".beside")) each.hidden = false;
    }
  }

  // ---------------------------------------------------------------- what changes

  function replace(old, fresh) {
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    if (old.tagName === "DETAILS") fresh.open = old.open;
    old.replaceWith(fresh);
    if (focused) document.getElementById(focused)?.focus({preventScroll: true});
    addTimes(fresh);
  }

  const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

  let loading = false, stale = false;

  async function reload() {  // the page as a whole, without leaving it; one at a time, so that the last is the newest
    stale = true;
    if (loading) return;
    loading = true;
    try {
      while (stale) {
        stale = false;
        await load();
      }
    } catch { /* out of reach: the stream tells when it is back */ }
    loading = false;
  }

  function gone(title) {
    document.getElementById("main").replaceChildren();
    document.title = title;
    about.version = said.textContent = "";
  }

  async function load() {
    const answer = await fetch(location.href, {cache: "no-cache"});
    if (answer.status === 404) {  // no longer public, perhaps only for a moment: a screen waits for it
      gone(parsed(await answer.text()).title);
      return;
    }
    if (!answer.ok) return;
    const fresh = parsed(await answer.text());
    if (fresh.body.dataset.edition !== about.edition) {
      location.reload();
      return;
    }
    about.version = fresh.body.dataset.version;
    document.title = fresh.title;
    replace(document.getElementById("main"), fresh.getElementById("main"));
    seen();
    if (screen) arrange();
  }

  function apply(told) {
    if (told.edition !== about.edition) return void setTimeout(renewed, screen ? 0 : Math.random() * 10e3);
    if ("sessions" in told) {
      if (!told.sessions || told.sessions.includes(Number(about.session))) reload();
      return;
    }
    if (!told.parts || Object.keys(told.parts).some((name) => !document.querySelector(`[data-part="${name}"]`))) {
      reload();
      return;
    }
    for (const [name, html] of Object.entries(told.parts)) {
      replace(document.querySelector(`[data-part="${name}"]`), parsed(html).body.firstElementChild);
    }
    if (said.textContent !== told.said) said.textContent = told.said;
    if (screen) arrange();
  }

  // ---------------------------------------------------------------- the stream

  let source = null, heard = Date.now(), broken = 0, wait = 5e3, again = 0;
  let ahead = 0;  // how far the bot's clock is ahead of this machine's, which may be wrong

  function seen() {
    heard = Date.now();
    broken = 0;
    lost.hidden = true;
  }

  function alive() {
    wait = 5e3;
    seen();
  }

  function connect() {
    source?.close();
    again = 0;
    source = new EventSource(`${about.events}&v=${about.version}`);
    source.addEventListener("beat", (event) => {
      const off = Number(event.data) * 1e3 - Date.now();
      if (Math.abs(off - ahead) > 1500) ahead = off;
      alive();
      if (screen) tick();
    });
    source.addEventListener("board", (event) => {
      about.version = event.lastEventId;
      alive();
      apply(JSON.parse(event.data));
    });
    source.addEventListener("gone", () => gone(location.host));
    source.addEventListener("error", () => {
      broken ||= Date.now();
      if (source.readyState === EventSource.CLOSED) {  // refused: ask for the page itself, and later for the stream
        again = Date.now() + wait * (1 + Math.random());
        wait = Math.min(wait * 2, 60e3);
        reload();
      }
    });
  }

  function watch() {
    const now = Date.now();
    if ((broken && now - broken > LATE) || now - heard > QUIET) {
      const time = lost.querySelector("time"), at = new Date(heard + ahead);
      if (lost.hidden) {
        time.dateTime = at.toISOString().slice(0, 19) + "Z";
        time.textContent = (screen ? theirs : ours).format(at);
        lost.hidden = false;
      }
    }
    if ((again && now > again) || (!again && now - heard > 2 * QUIET)) {
      heard = Math.max(heard, now - QUIET - 1);
      connect();
    }
  }

  async function renewed() {  // only where there is something to load: a screen must never end on a browser's error
    try {
      if ((await fetch(location.href, {cache: "no-cache"})).ok) location.reload();
    } catch { /* tried again */ }
  }

  // ---------------------------------------------------------------- the screen

  let sheets = [], sheet = 0, turned = 0, loaded = new Date().toDateString();

  function arrange() {  // as much as fits, one sheet after the other; a list that goes on has its heading again
    const stage = document.querySelector(".wall .stage");
    if (!stage) return;
    const room = stage.clientHeight;
    const slides = [...stage.querySelectorAll("[data-slide]")], items = stage.querySelectorAll("[data-item]");
    for (const each of [...slides, ...items]) each.hidden = false;
    sheets = [];
    let used = room + 1;
    for (const slide of slides) {
      const own = [...slide.querySelectorAll("[data-item]")];
      const around = slide.offsetHeight - own.reduce((sum, item) => sum + item.offsetHeight, 0);
      let here = false;
      for (const item of own.length ? own : [null]) {
        const high = item ? item.offsetHeight : 0;
        if (used + high + (here ? 0 : around) > room) {
          sheets.push(new Set());
          used = 0;
          here = false;
        }
        used += high + (here ? 0 : around);
        here = true;
        sheets.at(-1).add(slide).add(item);
      }
    }
    const dots = document.querySelector(".wall .pages");
    dots.replaceChildren(...(sheets.length > 1 ? sheets.map(() => document.createElement("i")) : []));
    sheet %= sheets.length || 1;
    show();
  }

  function show() {
    for (const each of document.querySelectorAll("[data-slide], [data-item]")) each.hidden = !sheets[sheet]?.has(each);
    document.querySelectorAll(".pages i").forEach((dot, n) => { dot.className = n === sheet ? "this" : ""; });
  }

  const two = (number) => String(number).padStart(2, "0");

  function tick() {
    const now = new Date(Date.now() + ahead), wall = document.querySelector(".wall");
    if (!wall) return;
    const clock = wall.querySelector("[data-clock]"), count = wall.querySelector("[data-start]");
    clock.textContent = theirs.format(now);
    if (count) {
      const left = Math.max(0, Math.round((new Date(count.dataset.start) - now) / 1000)), timer = count.querySelector("[data-left]");
      if (left < 86400) {
        timer.classList.add("counts");
        timer.textContent = (left >= 3600 ? `${Math.floor(left / 3600)}:${two(Math.floor(left / 60) % 60)}` : Math.floor(left / 60)) + ":" + two(left % 60);
      }
    }
    const hour = Number(theirs.format(now).slice(0, 2));
    page.classList.toggle("night", (hour >= NIGHT[0] || hour < NIGHT[1]) && wall.dataset.on === "0");
    if (Date.now() - turned >= PAGE) {
      turned = Date.now();
      if (sheets.length > 1) {
        sheet = (sheet + 1) % sheets.length;
        show();
      }
    }
    if (hour === RENEWED && now.toDateString() !== loaded && now.getMinutes() % 10 === 0 && now.getSeconds() === 0) renewed();
  }

  addTimes(document);
  connect();
  setInterval(watch, 2e3);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) watch(); });
  if (screen) {
    turned = Date.now();
    arrange();
    tick();
    setInterval(tick, 1e3);
    addEventListener("resize", arrange);
    document.fonts?.ready.then(arrange);
    navigator.wakeLock?.request("screen").catch(() => {});
  }
})();

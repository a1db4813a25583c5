// Follows the server by asking once a second; keeps what has not changed, so that the keyboard's focus stays.
const $ = (id) => document.getElementById(id);
const SPEEDS = [1, 10, 60, 300];
let state = null;
let told = 0; // when the server told us its time
let ended = false;

function member() {
  return document.querySelector('input[name="member"]:checked')?.value ?? "";
}

function remember(id) {
  try { sessionStorage.setItem("member", id); } catch { /* private window: we only forget who you were */ }
}

function remembered() {
  try { return sessionStorage.getItem("member"); } catch { return null; }
}

/** Make the children of `parent` show `items`, by their id: what stays is kept, what is new is marked. */
function keyed(parent, items, make, fill) {
  const old = new Map([...parent.children].map((node) => [node.dataset.id, node]));
  const fresh = parent.dataset.filled === "yes";
  const wanted = new Set(items.map((item) => item.id));
  for (const [id, node] of old) if (!wanted.has(id)) node.remove();
  items.forEach((item, place) => {
    let node = old.get(item.id);
    if (!node) {
      node = $(make(item)).content.firstElementChild.cloneNode(true);
      node.dataset.id = item.id;
      node.classList.toggle("new", fresh);
    }
    fill(node, item);
    if (parent.children[place] !== node) parent.insertBefore(node, parent.children[place] ?? null);
  });
  parent.dataset.filled = "yes";
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function face(node, person) {
  write(node.querySelector(".face"), [...person.name][0]);
  node.querySelector(".face").style.setProperty("--hue", [...person.name].reduce((sum, c) => sum + c.codePointAt(0) * 37, 0) % 360);
  write(node.querySelector(".name"), person.name);
}

function showPeople(people) {
  keyed($("people"), people, () => "person", (node, person) => {
    const input = node.querySelector("input");
    input.value = person.id;
    face(node, person);
    write(node.querySelector(".tag"), person.language === "en-US" ? person.part : `${person.part} · 中文`);
    node.classList.toggle("talking", Boolean(person.voice));
  });
  if (!member()) {
    const wanted = people.find((person) => person.id === remembered()) ?? people.find((person) => person.part === "attendee");
    document.querySelector(`input[value="${wanted.id}"]`).checked = true;
  }
}

function showChannels(categories, people) {
  const me = member();
  const inside = (channel) => people.filter((person) => person.voice === channel.id);
  keyed($("categories"), categories, () => "category", (group, category) => {
    write(group.querySelector("h2"), category.name);
    keyed(group.querySelector("ul"), category.channels.filter((channel) => channel.seen.includes(me)), (channel) => channel.kind === "voice" ? "voice" : "text", (node, channel) => {
      const button = node.querySelector("button");
      write(node.querySelector(".name"), channel.name);
      button.title = channel.topic;
      node.classList.toggle("shown", state.shown === channel.id);
      button.value = channel.id;
      if (channel.kind !== "voice") return;
      const within = inside(channel);
      const mine = within.some((person) => person.id === me);
      button.setAttribute("aria-pressed", String(mine));
      write(node.querySelector(".do"), mine ? "Leave" : "Enter");
      keyed(node.querySelector(".inside"), within, () => "inside", face);
    });
  });
}

/** Go to the channel that the address names: the board's pages lead there. */
function arrive() {
  const wanted = location.hash.slice(1);
  [...document.querySelectorAll("#categories button")].find((button) => button.value === wanted)?.focus();
}

function showPrivate() {
  const mine = state.people.find((person) => person.id === member())?.private;
  const said = mine?.messages ?? 0;
  $("private").hidden = !said;
  $("silent").hidden = Boolean(said);
  $("private").value = mine?.id ?? "";
  $("private").classList.toggle("shown", Boolean(said) && state.shown === mine.id);
  write($("private").querySelector(".name"), mine?.last ?? "");
  write($("private").querySelector(".tag"), said === 1 ? "1 message" : `${said} messages`);
}

function showEvents(list, events) {
  const items = events.map((event) => ({ ...event, id: `${event.clock} ${event.what}` }));
  keyed(list, items, () => "event", (node, event) => {
    write(node.querySelector("time"), event.clock);
    write(node.querySelector(".name"), event.what);
  });
}

function showNative(events, ideas) {
  const me = member();
  keyed($("events"), events, () => "native", (node, event) => {
    const mine = event.interested.includes(me);
    write(node.querySelector("time"), event.on ? "on now" : event.clock);
    node.classList.toggle("on", event.on);
    write(node.querySelector(".name"), event.name);
    const star = node.querySelector(".star");
    star.value = event.id;
    star.setAttribute("aria-pressed", String(mine));
    write(star, `${mine ? "★" : "☆"} ${event.interested.length || ""} interested`);
  });
  keyed($("ideas"), ideas, () => "idea", (node, idea) => {
    write(node.querySelector(".name"), idea.topic);
    write(node.querySelector(".tag"), `${idea.people} would come`);
  });
}

function showWeb(address) {
  $("web").hidden = !address;
  if (!address) return;
  document.querySelectorAll("[data-web]").forEach((link) => { link.href = address + link.dataset.web; });
  const picture = `${address}/board.png?${Math.floor(performance.now() / 15000)}`; // drawn no more often
  if ($("picture").src !== picture) $("picture").src = picture;
}

function showSpeed(speed) {
  const select = $("speed");
  const offered = [...new Set([...SPEEDS, speed])].sort((a, b) => a - b);
  if (select.dataset.offered !== String(offered)) {
    select.dataset.offered = String(offered);
    select.replaceChildren(...offered.map((each) => new Option(each === 1 ? "real time" : `${each} ×`, String(each))));
  }
  if (document.activeElement !== select) select.value = String(speed);
}

function show(fresh) {
  const first = !state;
  state = fresh;
  told = performance.now();
  write($("conference"), `Open Spaces at ${state.conference}`);
  write($("status"), state.status);
  showSpeed(state.speed);
  showPeople(state.people);
  showChannels(state.categories, state.people);
  showPrivate();
  if (document.activeElement !== $("language")) $("language").value = state.language;
  $("take-part").hidden = !state.programme;
  $("set-up").hidden = state.programme;
  document.querySelectorAll(".board").forEach((node) => write(node, state.board));
  showNative(state.events, state.ideas);
  showWeb(state.web);
  showEvents($("coming"), state.coming);
  showEvents($("happened"), state.happened);
  document.querySelector('[data-step="next"]').title = state.coming[0] ? `${state.coming[0].clock} ${state.coming[0].what}` : "";
  const name = state.people.find((person) => person.id === member())?.name ?? "";
  document.querySelectorAll(".me").forEach((node) => write(node, name));
  $("faults").hidden = !state.faults.length;
  $("faults").replaceChildren(...state.faults.map((fault) => Object.assign(document.createElement("li"), { textContent: `The bot reported: ${fault}` })));
  showClock();
  if (first) arrive();
}

function showClock() {
  if (!state) return;
  const since = Math.min((performance.now() - told) / 1000, 3);
  const now = new Date((state.now + since * state.speed) * 1000);
  const words = { timeZone: state.zone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  write($("clock"), new Intl.DateTimeFormat("en-GB", words).format(now));
}

async function ask(path, fields) {
  const body = fields && new URLSearchParams(fields);
  const response = await fetch(path, body ? { method: "POST", body } : {});
  notice(response.ok ? "" : await response.text());
  if (response.ok) show(await response.json());
}

function notice(text) {
  $("ended").hidden = !text;
  write($("ended"), text);
}

async function safely(work) {
  try {
    await work();
    ended = false;
  } catch {
    ended = true;
    notice("The demo has ended. Start it again and reload this page.");
  }
}

async function follow() {
  await safely(() => ask("/state"));
  setTimeout(follow, ended ? 3000 : 1000);
}

document.querySelectorAll("[data-step]").forEach((button) => {
  button.addEventListener("click", async () => {
    button.disabled = true;
    await safely(() => ask("/step", { to: button.dataset.step }));
    button.disabled = false;
    button.focus();
  });
});
$("speed").addEventListener("change", () => safely(() => ask("/speed", { speed: $("speed").value })));
$("language").addEventListener("change", () => safely(() => ask("/language", { language: $("language").value })));
$("people").addEventListener("change", () => { remember(member()); show(state); });
$("categories").addEventListener("click", (event) => {
  const button = event.target.closest(".voice");
  if (!button) return;
  const leaves = button.getAttribute("aria-pressed") === "true";
  safely(() => ask("/voice", { member: member(), channel: leaves ? "" : button.value }));
});
$("events").addEventListener("click", (event) => {
  const star = event.target.closest(".star");
  if (star) safely(() => ask("/interest", { member: member(), event: star.value }));
});
// A tab for each member: the same person goes from channel to channel in one tab.
$("open").addEventListener("submit", () => { $("open").target = `openspace-${member()}`; });
addEventListener("hashchange", arrive);
setInterval(showClock, 250);
follow();

import asyncio, os, shutil
from playwright.async_api import async_playwright

OUT = "/tmp/look"
os.makedirs(OUT, exist_ok=True)
TOPICS = [
    (
        "Ana",
        "Your first patch to CPython",
        "08:00",
        120,
        "We look for an issue, build Python, and send a patch together. Bring a laptop with a C compiler; we help with the rest. Beginners are the point of this one, really.",
    ),
    (
        "美玲",
        "用 Python 寫家庭自動化：從樹莓派到 Home Assistant",
        "08:00",
        90,
        "聊聊大家家裡的感測器、燈光和自動澆水。",
    ),
    ("Sofía", "How to avoid burnout as a maintainer", "08:00", 60, ""),
    ("Ben", "Django, Flask, FastAPI: who uses what, and why?", "09:00", 60, ""),
    ("Mohamed", "مرحبا بالعالم: Python في العربية", "09:30", 45, ""),
    ("Li Wei", "Board games from five in the afternoon", "10:30", 120, ""),
    ("Kay", "Aerial yoga between talks", "11:00", 30, ""),
    ("Noor", "An organizers' round table: conferences, workshops, Django Girls, PyLadies", "11:00", 60, ""),
    ("Sam", "😀" * 30, "12:30", 60, ""),
    ("Eva", "Data visualisation clinic", "13:00", 60, ""),
]


async def fill(reader):
    w = reader.world
    for name, topic, when, minutes, about in TOPICS:
        kw = {"minutes": minutes}
        if about:
            kw["description"] = about
        print((await w.host(name, topic, when if when != "08:00" else None, **kw))[:90])
    for name, topic in [
        ("Zoe", "Your first"),
        ("Tom", "Your first"),
        ("Zoe", "burnout"),
        ("Ann", "Data vis"),
    ]:
        await w.join(name, topic)
    for d2, t, wh in [
        ("Ana", "Packaging in 2026", "Jan 2 10:30"),
        ("Ben", "Ask a core developer", "Jan 2 14:30"),
    ]:
        print((await w.host(d2, t, wh))[:90])
    from bot.service import Person

    with w.env._bot_scope():
        for n, t in ((71, "A walk through asyncio's event loop"), (72, "讀書會：流暢的 Python")):
            await w.bot.service.ideas.put_up(w.guild.id, Person(n, "x"), t)
        await w.bot.service.ideas.me_too(w.guild.id, 1, Person(80, "y"))
    await w.env.settle()
    await w.until("08:47")


async def test_look(make_reader):
    reader = await make_reader(
        sessions={"max_upcoming_per_host": 25, "starts_per_hour": 0},
        page={"on": True, "slug": "pycon-sim", "host_names": True, "invite": "https://discord.gg/pyconsim"},
    )
    await fill(reader)
    async with async_playwright() as pw:
        br = await pw.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, path, size, dark, locale, tz in [
            ("wide", "", (1440, 900), False, "en-GB", "Asia/Taipei"),
            ("wide-dark", "", (1440, 900), True, "zh-TW", "Asia/Taipei"),
            ("zh-wide", "", (1440, 900), False, "zh-TW", "Asia/Taipei"),
            ("phone", "", (320, 700), False, "en-GB", "Europe/London"),
            ("phone-zh", "", (375, 800), True, "zh-TW", "America/New_York"),
            ("london", "", (1100, 900), False, "en-GB", "Europe/London"),
            ("session", "/s/1", (900, 800), False, "en-GB", "Europe/London"),
            ("session-zh", "/s/2", (375, 800), True, "zh-TW", "Asia/Taipei"),
            ("screen", "/screen", (1920, 1080), False, "en-GB", "Asia/Taipei"),
            ("screen-zh", "/screen?lang=zh-TW", (1920, 1080), True, "en-GB", "Asia/Taipei"),
            ("screen-720", "/screen", (1280, 720), False, "en-GB", "Asia/Taipei"),
            ("list", "?list", (1100, 900), False, "en-GB", "Asia/Taipei"),
            ("nothing", "/x/y", (800, 500), False, "en-GB", "Asia/Taipei"),
        ]:
            ctx = await br.new_context(
                viewport={"width": size[0], "height": size[1]},
                color_scheme="dark" if dark else "light",
                locale=locale,
                timezone_id=tz,
            )
            page = await ctx.new_page()
            page.on("console", lambda m, n=name: print("CONSOLE", n, m.type, m.text))
            page.on("pageerror", lambda e, n=name: print("PAGEERROR", n, e))
            await page.clock.install(time="2026-01-01T00:47:10Z")
            await page.goto(reader.board + path)
            await page.wait_for_timeout(700)
            if name == "list":
                await page.check("#as-list")
            full = "screen" not in name
            await page.screenshot(path=f"{OUT}/{name}.png", full_page=full)
            w = await page.evaluate(
                "[document.documentElement.scrollWidth, innerWidth, document.documentElement.scrollHeight, innerHeight]"
            )
            print(name, w)
            await ctx.close()
        await br.close()


async def test_screen(make_reader):
    reader = await make_reader(
        sessions={"max_upcoming_per_host": 25, "starts_per_hour": 0},
        page={"on": True, "slug": "pycon-sim", "host_names": True, "invite": "https://discord.gg/pyconsim"},
    )
    await fill(reader)
    async with async_playwright() as pw:
        br = await pw.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for size in ((1920, 1080), (1280, 720)):
            ctx = await br.new_context(
                viewport={"width": size[0], "height": size[1]}, locale="en-GB", timezone_id="Asia/Taipei"
            )
            page = await ctx.new_page()
            page.on("pageerror", lambda e: print("PAGEERROR", e))
            await page.clock.install(time="2026-01-01T00:47:10Z")
            await page.goto(reader.board + "/screen")
            await page.wait_for_timeout(500)
            print(
                await page.evaluate(
                    "[...document.querySelectorAll('.stage, [data-slide], [data-item]')].map(e=>[e.tagName,e.offsetHeight,e.hidden])"
                )
            )
            for n in range(4):
                await page.screenshot(path=f"{OUT}/s{size[1]}-{n}.png")
                await page.clock.run_for(12500)
        await br.close()

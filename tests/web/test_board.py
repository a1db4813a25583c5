from tests.web.conftest import Reader


async def test_x(reader: Reader) -> None:
    text = await reader.get()
    print(text)
    await reader.world.host("Ana", "Git & <b>you</b>", "10:30")
    print(await reader.get())
    await reader.world.until("10:30")
    print(await reader.get("/s/1"))
    print(await reader.get("/screen"))

"""One conference day as people live it; the finest details are tested beside each part."""

from tests.conftest import World


async def test_start_now_opens_a_desk_and_closes_it(world: World) -> None:
    text = await world.host("ana", "Async testing")
    assert "Desk 1 is yours" in text
    assert "<#" in text
    assert world.names("voice") == ["Async testing"]
    assert "Desk 1 is open" in world.said("async-testing")[0]
    await world.person("eve").send(world.channel("async-testing"), "hello")
    await world.until("09:11")
    assert world.names("voice") == []
    assert "async-testing" in world.names("text")

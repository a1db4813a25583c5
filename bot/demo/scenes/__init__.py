"""The scenes of the tour, in the order of the day."""

from bot.demo.scenes.afternoon import afternoon, cancelled, closing_time, evening
from bot.demo.scenes.full_house import closing, full_house, mishaps, no_show, ten_open
from bot.demo.scenes.morning import early_bird, extended, first_desk, plans, start_now, wish
from bot.demo.scenes.organizers import announced, hours_moved, reported, set_up, told
from bot.demo.scenes.web import on_the_web

SCENES = (
    set_up,
    early_bird,
    first_desk,
    start_now,
    plans,
    wish,
    extended,
    full_house,
    ten_open,
    no_show,
    mishaps,
    announced,
    on_the_web,
    closing,
    cancelled,
    hours_moved,
    reported,
    afternoon,
    closing_time,
    evening,
    told,
)

"""Who does what in the tour: the topics of the day."""

COFFEE = "Coffee and code"
ASYNC = "How do you test async code?"
DJANGO = "台灣 Django 使用者聚會"
BURNOUT = "How to avoid burnout"
WISH = "Rust for Python people"
PARTY = "A manicure party"
ROUND_TWO = "Retro games, round two"
LATE = "One more thing"
RUDE = "My path to success"
FULL_HOUSE = {
    "Ana": "Property-based testing",
    "Kenji": "Retro games with PyGame",
    "Priya": "Data visualisation clinic",
    "Jonas": "Home automation with Python",
    "Lucía": "Your first patch to CPython",
    "Wei": "Robots that run MicroPython",
    "Ben": "Board games",
    "Sofia": "Natural language processing",
    "Tariq": "Organizers of meetups",
    "Yuki": "AcroYoga for beginners",
}
ABSENT = "Jonas"
"""Books a desk and never comes."""
GUESTS = ("Noor", "Olivia")
BOARD_GAMES = FULL_HOUSE["Ben"]

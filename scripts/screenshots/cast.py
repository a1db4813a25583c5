"""Who is on the pictures, and what they talk about."""

from __future__ import annotations

READERS = {"en": "Lena", "zh-TW": "承恩"}
"""Whose screen most pictures show; they host nothing."""
ORGANIZERS = {"en": "Olivia", "zh-TW": "怡萱"}
TOPICS = {
    "en": [
        ("Mei", "Async testing without tears", None, "Bring your flakiest test."),
        ("Tomás", "Raspberry Pi show and tell", None, ""),
        ("Yuki", "Django Girls organizers meet", "14:00", ""),
        ("Ana", "How to avoid burnout", "14:30", "A calm hour; no slides."),
        ("Ben", "Board games", "15:00", ""),
    ],
    "zh-TW": [
        ("小美", "不掉淚的非同步測試", None, "帶你最不穩定的測試來。"),
        ("阿凱", "樹莓派作品分享", None, ""),
        ("雅婷", "Django Girls 主辦人交流", "14:00", ""),
        ("小安", "如何避免過勞", "14:30", "安靜的一小時，沒有投影片。"),
        ("阿本", "一起玩桌遊", "15:00", ""),
    ],
}

IDEAS = {
    "en": [("Rust for Python people", 4), ("Which keyboard do you type on?", 1)],
    "zh-TW": [("給 Python 人的 Rust 入門", 4), ("大家都用什麼鍵盤？", 1)],
}
"""What people wish someone would host, and how many would come."""


PEOPLE = {
    "en": ["Mei", "Tomás", "Yuki", "Ana", "Ben", "Kai", "Noor", "Li Wei", "Sofia", "Jonas"],
    "zh-TW": ["小美", "阿凱", "雅婷", "小安", "阿本", "志明", "怡君", "Tomás", "佳蓉", "Kai"],
}
MORE_TOPICS = {
    "en": [
        "Packaging in 2021: what is left to hate?",
        "Type hints: how far do you go?",
        "Meet the PyLadies",
        "Home automation without the cloud",
        "From Jupyter to production",
        "Mentoring for first contributions: bring an issue that you would like to solve together",
        "Teaching kids to program",
        "AcroYoga for absolute beginners",
    ],
    "zh-TW": [
        "2021 年的套件管理：還有什麼好抱怨的？",
        "型別註記要做到什麼程度？",
        "PyLadies 見面會",
        "不靠雲端的智慧家庭",
        "從 Jupyter 到正式環境",
        "第一次貢獻開源就上手：帶一個你想一起解決的 issue 來，我們陪你從 fork 到 pull request",
        "教小朋友寫程式",
        "零基礎雙人瑜伽",
    ],
}
REPORTS = {
    "en": (
        "Mia, @Crew at the front desk, coc@example.org",
        "He talks over everyone and will not stop.",
        "Be kind",
    ),
    "zh-TW": ("櫃台的小米，coc@example.org", "有人一直打斷別人，請他停也不聽。", "請尊重彼此"),
}
"""Whom to ask for help, what somebody reports, and why somebody has to leave."""

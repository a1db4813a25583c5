"""Where the program's own data lies: in a checkout under data/, in an installed package inside it."""

from pathlib import Path


def data_folder() -> Path:
    """Return the folder that holds migrations/, locale/, fonts/ and ideas.toml."""
    package = Path(__file__).parent
    inside = package / "_data"
    return inside if inside.is_dir() else package.parent / "data"


def example_file() -> Path:
    """Return the configuration to start from; a checkout has it at its root."""
    package = Path(__file__).parent
    inside = package / "_data"
    return (inside if inside.is_dir() else package.parent) / "config.example.toml"

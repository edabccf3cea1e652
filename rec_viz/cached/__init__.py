"""The only cache: from a view to what the core says about it, a module a page. Keys are flat; nothing here draws."""

from . import bias, code_lengths, messages, paper, pictures, races, speed, statements, views, warm_up

__all__ = ["bias", "code_lengths", "messages", "paper", "pictures", "races", "speed", "statements", "views", "warm_up"]

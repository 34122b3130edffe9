from tests.accounts.conftest import fresh_limits, quick_passwords

__all__ = ["fresh_limits", "quick_passwords"]

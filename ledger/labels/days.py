"""Days: a number of years after a date."""

from datetime import date


def years_after(day: date, years: int) -> date:
    """The same month and day so many years later; 29 February becomes 1 March when needed."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)

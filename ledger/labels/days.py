"""Days: a number of years after a date."""

from datetime import date


def years_after(day: date, years: int) -> date:
    """The same month and day so many years later; 29 February becomes 1 March when needed.

    The end of the calendar where there is no such day.
    """
    if day.year + years > date.max.year:
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)

"""What an error of the database says: the statement, never the values, which may be essays."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.unit import Database
from app.settings import DatabaseSettings


async def test_an_error_of_the_database_names_no_values(database_url: str) -> None:
    opened = Database.connect(DatabaseSettings(url=database_url), application_name="tests")
    try:
        with pytest.raises(DBAPIError) as caught:
            async with opened.transaction() as connection:
                await connection.execute(text("SELECT 1 / 0, CAST(:essay AS text)"), {"essay": "once upon a time"})
    finally:
        await opened.close()
    assert "division by zero" in str(caught.value)
    assert "once upon" not in str(caught.value)

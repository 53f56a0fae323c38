"""What asks and what checks: predictions before a result, and exercises that answer back.

`check, predict, score = workbook("02")` opens the workbook of notebook 02; what it knows stands in `questions/nb02.py`.
"""

from helpers.workbook.book import workbook

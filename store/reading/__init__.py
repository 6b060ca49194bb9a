"""Read workbooks and judge their rows, in a process of its own that knows nothing of the database.

container (the file) > package (its parts) > elements, sheet, plain, moments (a part) > workbook (a sheet) >
columns (assign) > rows (judge) > reader_process; readers and reader are for those who want the rows.
"""

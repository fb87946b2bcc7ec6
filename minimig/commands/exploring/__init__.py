"""`minimig explore`: a whole history as data, and as one page.

marks          what databases say is applied
cards          each table at each revision as a card of rows, equal ones stored once
diagram        one place for each table, which it keeps through all revisions
lanes          the graph of revisions as lines beside a list
spelling       the SQL of a revision on each dialect, up and down
data           the values that all of that becomes, and their JSON
exploration    how it becomes them, in one replay of the files
page           the data and its viewer as one HTML file
serving        the same page from a small server, which watches files and database
"""

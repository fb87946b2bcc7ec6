-- up

-- refused: this cannot be said in sqlite: (in table 'posts', column 'marks'): it has no ARRAY

-- down

-- refused: this cannot be said in sqlite: (in table 'posts', column 'marks'): it has no ARRAY

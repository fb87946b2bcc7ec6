-- up

-- refused: this cannot be said in sqlite: (in table 'posts', column 'tags'): it has no ARRAY

-- down

-- refused: this cannot be said in sqlite: (in table 'posts', column 'tags'): it has no ARRAY

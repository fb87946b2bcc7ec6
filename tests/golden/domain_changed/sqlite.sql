-- up

-- refused: this cannot be said in sqlite: (in table 'users', column 'email'): it has no DOMAIN

-- down

-- refused: this cannot be said in sqlite: (in table 'users', column 'email'): it has no DOMAIN

-- up

DROP POLICY own_posts ON posts;

CREATE POLICY own_posts ON posts USING (id > 1);

-- down

DROP POLICY own_posts ON posts;

CREATE POLICY own_posts ON posts USING (id > 0);

-- up

CREATE TABLE public.posts (
    id SERIAL NOT NULL,
    author_id INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT fk_posts_author FOREIGN KEY(author_id) REFERENCES public.users (id)
);

-- down

DROP TABLE public.posts;

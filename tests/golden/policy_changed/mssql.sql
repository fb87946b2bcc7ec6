-- up

-- nothing to do

-- down

-- nothing to do

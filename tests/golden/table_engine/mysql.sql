-- up

ALTER TABLE logs ENGINE=MyISAM;

-- down

ALTER TABLE logs ENGINE=InnoDB;

-- min_version: 4
-- Which builds may run on the schema after a migration: the migrator makes the column and states it from here on; those before admitted only
-- builds that know them.

update schema_migrations set min_version = number where min_version is null;
alter table schema_migrations alter column min_version set not null;

comment on table schema_migrations is 'The scripts of sql/ that were applied to this database, each once and as released.';
comment on column schema_migrations.min_version is
    'The oldest builds that may run on the schema after this migration, as the number of the last migration that they know.';

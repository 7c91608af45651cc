-- The database and its accounts, each with what it needs and no more. For MariaDB 10.11 and
-- MySQL 8.4; run it as the administrator, as often as you like:
--
--     mariadb < users.sql
--
-- The accounts are locked until they have a password. Afterwards, with passwords of your own:
--
--     ALTER USER '{{ cookiecutter.project_slug }}'@'10.0.0.0/255.255.255.0' IDENTIFIED BY '…' ACCOUNT UNLOCK;
--     ALTER USER '{{ cookiecutter.project_slug }}_owner'@'10.0.0.0/255.255.255.0' IDENTIFIED BY '…' ACCOUNT UNLOCK;
--
-- Hosts are addresses: with skip_name_resolve the server ignores accounts with names of hosts.

CREATE DATABASE IF NOT EXISTS `{{ cookiecutter.project_slug }}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- The site: rows, and nothing else. It cannot change tables, see other databases, or take the last
-- connections: 107 of 120 are all that its pools, refreshers and commands need; the rest
-- stays for people. (MySQL counts no time here: there max_execution_time is for everybody.)
CREATE USER IF NOT EXISTS '{{ cookiecutter.project_slug }}'@'10.0.0.0/255.255.255.0'
    WITH MAX_USER_CONNECTIONS 107 /*M! MAX_STATEMENT_TIME 5 */
    ACCOUNT LOCK;
GRANT SELECT, INSERT, UPDATE, DELETE ON `{{ cookiecutter.project_slug }}`.* TO '{{ cookiecutter.project_slug }}'@'10.0.0.0/255.255.255.0';

-- Migrations: the tables of this database, with an hour for each statement.
CREATE USER IF NOT EXISTS '{{ cookiecutter.project_slug }}_owner'@'10.0.0.0/255.255.255.0'
    WITH MAX_USER_CONNECTIONS 5 /*M! MAX_STATEMENT_TIME 3600 */
    ACCOUNT LOCK;
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES, LOCK TABLES
    ON `{{ cookiecutter.project_slug }}`.* TO '{{ cookiecutter.project_slug }}_owner'@'10.0.0.0/255.255.255.0';

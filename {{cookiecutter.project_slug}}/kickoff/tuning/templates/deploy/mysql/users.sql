-- The database and its accounts, each with what it needs and no more. For MariaDB 10.11 and
-- MySQL 8.4; run it as the administrator, as often as you like:
--
--     mariadb < users.sql
--
-- The accounts are locked until they have a password. Afterwards, with passwords of your own:
--
--     ALTER USER '{{ site.name }}'@'{{ grant_host }}' IDENTIFIED BY '…' ACCOUNT UNLOCK;
--     ALTER USER '{{ site.name }}_owner'@'{{ grant_host }}' IDENTIFIED BY '…' ACCOUNT UNLOCK;
--
-- Hosts are addresses: with skip_name_resolve the server ignores accounts with names of hosts.

CREATE DATABASE IF NOT EXISTS `{{ site.name }}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- The site: rows, and nothing else. It cannot change tables, see other databases, or take the last
-- connections: {{ db.site_connections }} of {{ db.max_connections }} are all that its pools, refreshers and commands need; the rest
-- stays for people. (MySQL counts no time here: there max_execution_time is for everybody.)
CREATE USER IF NOT EXISTS '{{ site.name }}'@'{{ grant_host }}'
    WITH MAX_USER_CONNECTIONS {{ db.site_connections }} /*M! MAX_STATEMENT_TIME {{ times.statement }} */
    ACCOUNT LOCK;
GRANT SELECT, INSERT, UPDATE, DELETE ON `{{ site.name }}`.* TO '{{ site.name }}'@'{{ grant_host }}';

-- Migrations: the tables of this database, with an hour for each statement.
CREATE USER IF NOT EXISTS '{{ site.name }}_owner'@'{{ grant_host }}'
    WITH MAX_USER_CONNECTIONS {{ command_connections }} /*M! MAX_STATEMENT_TIME 3600 */
    ACCOUNT LOCK;
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES, LOCK TABLES
    ON `{{ site.name }}`.* TO '{{ site.name }}_owner'@'{{ grant_host }}';

"""Configuration files are read as their servers read them; what is wrong becomes a problem."""

from __future__ import annotations

from pathlib import Path

import pytest

from kickoff.brakes.parsers.apache import ApacheReader
from kickoff.brakes.parsers.haproxy import read_sections, split
from kickoff.brakes.parsers.ini import read_options
from kickoff.brakes.parsers.memcached import options, read_memcached
from kickoff.brakes.parsers.source import Reading
from kickoff.brakes.parsers.sql import read_grants
from kickoff.brakes.parsers.toml import read_tables
from kickoff.brakes.parts.mysql import variables
from kickoff.brakes.places import read_apache, read_haproxy, read_mysql
from kickoff.brakes.values import NotFoundError, Value, milliseconds, seconds, size, switch


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


class TestApache:
    def read(self, path: Path) -> ApacheReader:
        reader = ApacheReader()
        reader.read(path)
        return reader

    def test_a_continued_line_has_the_number_of_its_beginning(self, tmp_path):
        path = written(tmp_path, "a.conf", "# one\nA b \\\n  c\nD e\n")
        found = self.read(path).directives
        assert [(d.name, d.text, d.where.rpartition(":")[2]) for d in found] == [
            ("A", "b c", "2"),
            ("D", "e", "4"),
        ]

    def test_quotes_hold_words_together(self, tmp_path):
        path = written(tmp_path, "a.conf", r'CustomLog "|x \"y\" z" "expr=%{A} -ge 5"' + "\n")
        assert self.read(path).directives[0].arguments == ('|x "y" z', "expr=%{A} -ge 5")

    def test_what_is_included_knows_its_own_file_and_the_sections_around(self, tmp_path):
        written(tmp_path, "b.conf", "Timeout 7\n")
        path = written(
            tmp_path, "a.conf", "<VirtualHost *:80>\nIncludeOptional b.co*\n</VirtualHost>\n"
        )
        (directive,) = self.read(path).directives
        assert directive.where.endswith("b.conf:1")
        assert [section.kind for section in directive.sections] == ["virtualhost"]

    def test_defined_names_are_filled_in_and_others_stay(self, tmp_path):
        path = written(tmp_path, "a.conf", "Define A /x\nAlias ${A}/y ${B}\n")
        assert self.read(path).directives[1].text == "/x/y ${B}"

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("<VirtualHost *>\n", "is not closed"),
            ("</VirtualHost>\n", "closes nothing"),
            ("Include gone.conf\n", "there is no such file here"),
            ("Include a.conf\n", "includes itself"),
        ],
    )
    def test_mistakes_are_problems(self, tmp_path, text, problem):
        reader = self.read(written(tmp_path, "a.conf", text))
        assert problem in str(reader.reading.problems[0])

    def test_sections_for_another_mpm_do_not_count(self, tmp_path):
        path = written(
            tmp_path,
            "a.conf",
            "LoadModule mpm_event_module x.so\n"
            "<IfModule mpm_prefork_module>\nMaxRequestWorkers 150\n</IfModule>\n"
            "<IfModule mpm_event_module>\nMaxRequestWorkers 40\n</IfModule>\n"
            "<IfModule !mpm_event_module>\nMaxRequestWorkers 9\n</IfModule>\n",
        )
        assert read_apache(path).whole("MaxRequestWorkers").value == 40

    def test_a_section_for_a_module_that_is_not_loaded_does_not_count(self, tmp_path):
        path = written(
            tmp_path,
            "a.conf",
            "LoadModule mpm_event_module x.so\n<IfModule x_module>\nTimeout 1\n</IfModule>\n",
        )
        assert read_apache(path).seconds("Timeout").value == 60

    def test_the_names_of_2008_are_understood(self, tmp_path):
        path = written(tmp_path, "a.conf", "MaxClients 20\n")
        found = read_apache(path).whole("MaxRequestWorkers")
        assert (found.name, found.value) == ("MaxClients", 20)


class TestHAProxy:
    def test_words_are_split_as_haproxy_does(self):
        assert split(r"""a "b c" 'd # e' f\ g # h""") == ["a", "b c", "d # e", "f g"]

    def test_the_nearest_defaults_count(self, tmp_path):
        path = written(
            tmp_path,
            "h.cfg",
            "defaults one\n timeout server 1s\ndefaults\n timeout server 2s\n"
            "backend a\n server x 10.0.0.1:80\nbackend b from one\n server x 10.0.0.1:80\n",
        )
        found = read_sections(path, Reading())
        times = [section.effective("timeout", "server").words[2] for section in found[2:]]
        assert times == ["2s", "1s"]

    def test_a_server_takes_from_the_default_servers_above(self, tmp_path):
        path = written(
            tmp_path,
            "h.cfg",
            "defaults\n default-server inter 5s\n"
            "backend a\n default-server check maxconn 9\n server x 10.0.0.1:80 maxconn 7\n",
        )
        (server,) = read_haproxy(path).nodes
        assert server.is_checked
        assert (server.whole("maxconn").value, server.seconds("inter").value) == (7, 5)
        assert server.whole("fall").where == "default"

    def test_a_line_before_all_sections_is_a_problem(self, tmp_path):
        reading = Reading()
        read_sections(written(tmp_path, "h.cfg", "maxconn 5\n"), reading)
        assert "stands in no section" in str(reading.problems[0])


class TestMySQL:
    def read(self, path: Path) -> dict[str, str]:
        return {name: v.value for name, v in variables(read_options(path, Reading())).items()}

    def test_options_of_the_server_count_and_later_ones_win(self, tmp_path):
        path = written(
            tmp_path,
            "my.cnf",
            "[client]\nport=1\n[mysqld]\nmax-connections = 5 # few\nskip-name-resolve\n"
            "skip-log-bin\n[mariadb-10.11]\nloose_max_connections='7'\n[mysqldump]\nport=2\n",
        )
        found = self.read(path)
        assert found["max_connections"] == "7"
        assert found["skip_name_resolve"] == "ON"
        assert found["log_bin"] == "OFF"
        assert "port" not in found

    def test_included_folders_are_read(self, tmp_path):
        (tmp_path / "conf.d").mkdir()
        written(tmp_path / "conf.d", "x.cnf", "[mysqld]\nport=7\n")
        path = written(tmp_path, "my.cnf", "!includedir conf.d\n")
        assert self.read(path) == {"port": "7"}

    def test_grants_and_limits_are_read_and_comments_are_not(self, tmp_path):
        path = written(
            tmp_path,
            "users.sql",
            "-- GRANT ALL ON *.* TO 'x'@'y';\n/* CREATE USER 'x'@'y'; */\n"
            "CREATE USER IF NOT EXISTS 's'@'10.%' WITH MAX_USER_CONNECTIONS 5;\n"
            "GRANT SELECT,\n INSERT (a, b) ON `d`.* TO `s`@`10.%`;\n",
        )
        (grant,), (account,) = read_grants(path, Reading())
        assert (grant.rights, grant.on) == ({"SELECT", "INSERT"}, "d.*")
        assert account.where.endswith(":3")
        assert read_mysql(path).user_connections(account).value == 5


class TestMemcached:
    @pytest.mark.parametrize(
        "line", ["-c 7", "-c7", "--conn-limit=7", 'MAXCONN="7"', "-v -c 7", 'OPTIONS="-U 0 -c 7"']
    )
    def test_an_option_is_read_however_it_is_written(self, tmp_path, line):
        found = read_memcached(written(tmp_path, "m.conf", f"# -c 1\n{line}\n"), Reading())
        assert found["-c"].value == "7"
        assert found["-c"].where.endswith("m.conf:2")

    def test_switches_take_no_word(self):
        assert options("memcached -X -k -m 5".split(), "x").keys() == {"-X", "-k", "-m"}

    def test_debians_own_line_for_the_log_is_no_mistake(self, tmp_path):
        reading = Reading()
        read_memcached(written(tmp_path, "m.conf", "logfile /var/log/m.log\n"), reading)
        assert reading.problems == []

    @pytest.mark.parametrize("line", ["conn 5", "-c 'x"])
    def test_other_lines_are_problems(self, tmp_path, line):
        reading = Reading()
        read_memcached(written(tmp_path, "m.conf", line), reading)
        assert len(reading.problems) == 1


class TestToml:
    def test_values_know_their_line(self, tmp_path):
        text = 'a = 1\n[t]\nb = 2\n[[n]]\nname = "x"\n[[n]]\nname = "y"\n'
        tables = read_tables(written(tmp_path, "f.toml", text), Reading())
        assert tables[""]["a"].where.endswith(":1")
        assert tables["t"]["b"].where.endswith(":3")
        assert (tables["n.1"]["name"].value, tables["n.1"]["name"].where[-2:]) == ("y", ":7")


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (seconds, "10", 10),
        (seconds, "500ms", 0.5),
        (seconds, "2min", 120),
        (milliseconds, "1500", 1.5),
        (milliseconds, "3s", 3),
        (size, "64", 64),
        (size, "2k", 2048),
        (size, "1.5G", 3 * 2**29),
        (switch, "On", True),
        (switch, "0", False),
    ],
)
def test_servers_write_numbers_in_their_own_way(read, text, value):
    assert read(text) == value


def test_a_value_that_is_no_number_says_where_it_stands():
    value = Value("Timeout", "soon", "a.conf:7")
    with pytest.raises(NotFoundError, match=r"^a\.conf:7: Timeout 'soon': is no time"):
        value.map(seconds)


def test_a_file_that_is_not_there_is_a_problem_and_no_mistake(tmp_path):
    reading = Reading()
    assert reading.text(tmp_path / "gone") == ""
    assert reading.problems[0].missing

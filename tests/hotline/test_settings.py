"""Each setting, by value and by file; each wrong one is one sentence that tells no secret."""

from pathlib import Path

import pytest

from hotline.settings import PREFIX, Fetching, Settings, SettingsError, SmtpTls, read_settings

SECRET = "s3cret-never-shown"
TELEGRAM = {"TELEGRAM_TOKEN": "123456:ABC-def_ghi", "TELEGRAM_SECRET": SECRET}

LOCAL = ("http://127.0.0.1:8082", "http://127.0.0.1:8082")
NUMBER = ("+842253123456", "+842253123456")

GOOD: dict[str, tuple[str, object]] = {
    "data_dir": ("/srv/hotline", Path("/srv/hotline")),
    "database_url": ("postgresql://me@db/hotline", "postgresql://me@db/hotline"),
    "host": ("0.0.0.0", "0.0.0.0"),
    "port": ("9000", 9000),
    "office_port": ("9001", 9001),
    "public_url": ("https://hotline.example.vn/", "https://hotline.example.vn"),
    "office_url": ("https://office.example.vn", "https://office.example.vn"),
    "telegram_token": (TELEGRAM["TELEGRAM_TOKEN"], TELEGRAM["TELEGRAM_TOKEN"]),
    "telegram_secret": (SECRET, SECRET),
    "telegram_api_base": ("http://127.0.0.1:8082", "http://127.0.0.1:8082"),
    "telegram_mode": ("polling", Fetching.POLLING),
    "zalo_oa_app_id": ("360846524940903967", "360846524940903967"),
    "zalo_oa_secret": (SECRET, SECRET),
    "zalo_oa_app_secret": (SECRET, SECRET),
    "zalo_oa_refresh_token": (SECRET, SECRET),
    "zalo_oa_zns_template": ("7895417", "7895417"),
    "zalo_oa_api_base": LOCAL,
    "zalo_oa_zns_base": LOCAL,
    "zalo_oa_oauth_base": LOCAL,
    "zalo_bot_token": ("123:abc", "123:abc"),
    "zalo_bot_secret": (SECRET, SECRET),
    "zalo_bot_api_base": LOCAL,
    "zalo_bot_mode": ("polling", Fetching.POLLING),
    "twilio_account_sid": ("AC0123", "AC0123"),
    "twilio_auth_token": (SECRET, SECRET),
    "twilio_number": NUMBER,
    "twilio_api_base": LOCAL,
    "stringee_key_sid": ("SK.0.abc", "SK.0.abc"),
    "stringee_key_secret": (SECRET, SECRET),
    "stringee_signing_secret": (SECRET, SECRET),
    "stringee_number": NUMBER,
    "stringee_api_base": LOCAL,
    "duty_phone": NUMBER,
    "smtp_host": ("mail.example.vn", "mail.example.vn"),
    "smtp_port": ("2525", 2525),
    "smtp_user": ("tongdai", "tongdai"),
    "smtp_password": (SECRET, SECRET),
    "smtp_from": ("tongdai@example.vn", "tongdai@example.vn"),
    "smtp_tls": ("tls", SmtpTls.TLS),
    "media_hosts": (".zdn.vn files.example.vn", ".zdn.vn files.example.vn"),
    "s3_bucket": ("hotline", "hotline"),
    "s3_endpoint": LOCAL,
    "s3_region": ("ap-southeast-1", "ap-southeast-1"),
    "s3_key_id": ("key", "key"),
    "s3_secret": (SECRET, SECRET),
}


def environment(**values: str) -> dict[str, str]:
    return {PREFIX + name: value for name, value in values.items()}


TOGETHER = (
    ("telegram_token", "telegram_secret"),
    (
        "zalo_oa_app_id",
        "zalo_oa_secret",
        "zalo_oa_app_secret",
        "zalo_oa_refresh_token",
        "zalo_oa_zns_template",
    ),
    ("zalo_bot_token", "zalo_bot_secret"),
    ("twilio_account_sid", "twilio_auth_token", "twilio_number"),
    ("stringee_key_sid", "stringee_key_secret", "stringee_signing_secret", "stringee_number"),
    ("s3_bucket", "s3_key_id", "s3_secret"),
    ("smtp_host", "smtp_from", "smtp_user", "smtp_password", "smtp_port"),
)
NOT_NEEDED = ("zalo_oa_refresh_token", "zalo_oa_zns_template", "smtp_port")


def with_its_company(field: str, values: dict[str, str]) -> dict[str, str]:
    """Some settings are only good together."""
    company = next((group for group in TOGETHER if field in group), ())
    given = {name.removesuffix("_FILE") for name in values}
    rest = environment(**{one.upper(): GOOD[one][0] for one in company})
    return {name: value for name, value in rest.items() if name not in given} | values


@pytest.mark.parametrize("group", TOGETHER, ids=lambda group: group[0])
def test_half_of_what_belongs_together_stops_the_start(group: tuple[str, ...]) -> None:
    for missing in set(group) - set(NOT_NEEDED):
        some = {one.upper(): GOOD[one][0] for one in group if one != missing}
        said = refusal(environment(**some))
        assert PREFIX + missing.upper() in said
        assert SECRET not in said


def test_other_names_in_use_are_understood() -> None:
    values = {"ZALO_OA_APP_ID": "1", "ZALO_OA_OA_SECRET": "a", "ZALO_APP_SECRET": "b"}
    settings = read_settings(environment(**values))
    assert (settings.zalo_oa_secret, settings.zalo_oa_app_secret) == ("a", "b")


def refusal(values: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as refused:
        read_settings(values)
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert refused.value.__cause__ is None
    return sentence


def test_every_setting_is_tried_here() -> None:
    assert set(GOOD) == set(Settings.model_fields)


@pytest.mark.parametrize("field", GOOD)
def test_a_setting_is_read_from_its_variable(field: str) -> None:
    value, meant = GOOD[field]
    values = with_its_company(field, {PREFIX + field.upper(): value})
    assert getattr(read_settings(values), field) == meant


@pytest.mark.parametrize("field", GOOD)
def test_a_setting_is_read_from_the_file_its_variable_names(field: str, tmp_path: Path) -> None:
    value, meant = GOOD[field]
    (tmp_path / "value").write_text(f"{value}\n", "utf-8")
    values = {f"{PREFIX}{field.upper()}_FILE": str(tmp_path / "value")}
    assert getattr(read_settings(with_its_company(field, values)), field) == meant


@pytest.mark.parametrize("field", GOOD)
def test_a_setting_given_twice_is_refused(field: str, tmp_path: Path) -> None:
    (tmp_path / "value").write_text(GOOD[field][0], "utf-8")
    name = PREFIX + field.upper()
    both = {name: GOOD[field][0], f"{name}_FILE": str(tmp_path / "value")}
    for values in (both, dict(reversed(both.items()))):
        assert refusal(values) == f"{name} is set twice, as value and as file"


@pytest.mark.parametrize("field", GOOD)
def test_an_empty_variable_is_an_unset_one(field: str) -> None:
    name = PREFIX + field.upper()
    assert read_settings({name: "", f"{name}_FILE": ""}) == Settings()


def test_an_empty_variable_leaves_the_file_its_say(tmp_path: Path) -> None:
    (tmp_path / "value").write_text("9000", "utf-8")
    values = {"HOTLINE_PORT": "", "HOTLINE_PORT_FILE": str(tmp_path / "value")}
    assert read_settings(values).port == read_settings(dict(reversed(values.items()))).port == 9000


def test_an_unknown_name_is_refused() -> None:
    assert refusal(environment(POTR="8080")) == "HOTLINE_POTR is not a setting of the hotline"


def test_other_programs_variables_are_none_of_ours() -> None:
    assert read_settings({"PATH": "/bin", "HOTLINES_PORT": "1", "hotline_port": "1"}) == Settings()


WRONG = {
    "port a word": (environment(PORT="acht"), "HOTLINE_PORT: "),
    "port too high": (environment(PORT="65536"), "HOTLINE_PORT: "),
    "port below nothing": (environment(OFFICE_PORT="-1"), "HOTLINE_OFFICE_PORT: "),
    "one port for both": (environment(PORT="8081"), "HOTLINE_PORT and HOTLINE_OFFICE_PORT"),
    "mysql": (
        environment(DATABASE_URL=f"mysql://me:{SECRET}@db/x"),
        "HOTLINE_DATABASE_URL: must be",
    ),
    "no scheme": (environment(DATABASE_URL=f"me:{SECRET}@db"), "HOTLINE_DATABASE_URL: must be"),
    "database port a word": (
        environment(DATABASE_URL=f"postgresql://me:{SECRET}@db:{SECRET}/x"),
        "HOTLINE_DATABASE_URL: must be",
    ),
    "database without a name": (
        environment(DATABASE_URL=f"postgresql://me:{SECRET}@db"),
        "HOTLINE_DATABASE_URL: must be",
    ),
    "database in memory": (environment(DATABASE_URL="sqlite://"), "HOTLINE_DATABASE_URL: must be"),
    "address without scheme": (
        environment(PUBLIC_URL="hotline.example.vn"),
        "HOTLINE_PUBLIC_URL: must be an address",
    ),
    "address of another kind": (
        environment(OFFICE_URL="ftp://office.example.vn"),
        "HOTLINE_OFFICE_URL: must be an address",
    ),
    "broken address": (environment(TELEGRAM_API_BASE="http://["), "HOTLINE_TELEGRAM_API_BASE: "),
    "token without number": (
        environment(TELEGRAM_TOKEN=SECRET, TELEGRAM_SECRET="x"),
        "HOTLINE_TELEGRAM_TOKEN: must look like",
    ),
    "secret with blanks": (
        environment(**TELEGRAM | {"TELEGRAM_SECRET": f"{SECRET} x"}),
        "HOTLINE_TELEGRAM_SECRET: must be 1 to 256",
    ),
    "secret too long": (
        environment(**TELEGRAM | {"TELEGRAM_SECRET": SECRET * 20}),
        "HOTLINE_TELEGRAM_SECRET: must be 1 to 256",
    ),
    "secret without token": (
        environment(TELEGRAM_SECRET=SECRET),
        "HOTLINE_TELEGRAM_SECRET is set but HOTLINE_TELEGRAM_TOKEN is not",
    ),
    "webhook without secret": (
        environment(TELEGRAM_TOKEN=f"123456:{SECRET}"),
        "HOTLINE_TELEGRAM_SECRET is missing",
    ),
    "unknown mode": (environment(TELEGRAM_MODE=SECRET), "HOTLINE_TELEGRAM_MODE: "),
    "mail server with a blank": (
        environment(SMTP_HOST=f"mail {SECRET}", SMTP_FROM="a@example.vn"),
        "HOTLINE_SMTP_HOST: must be the name",
    ),
    "sender that is no mailbox": (
        environment(SMTP_HOST="mail.example.vn", SMTP_FROM=f"x\r\nBcc: {SECRET}"),
        "HOTLINE_SMTP_FROM: must be a mail address",
    ),
    "mail by an unknown way": (environment(SMTP_TLS=SECRET), "HOTLINE_SMTP_TLS: "),
    "mail server without a sender": (
        environment(SMTP_HOST="mail.example.vn"),
        "HOTLINE_SMTP_HOST is set but HOTLINE_SMTP_FROM is not",
    ),
    "password without a user": (
        environment(SMTP_HOST="mail.example.vn", SMTP_FROM="a@example.vn", SMTP_PASSWORD=SECRET),
        "HOTLINE_SMTP_PASSWORD is set but HOTLINE_SMTP_USER is not",
    ),
    "no such file": (
        environment(TELEGRAM_TOKEN_FILE="/nowhere/token"),
        "HOTLINE_TELEGRAM_TOKEN_FILE: cannot read the file (FileNotFoundError)",
    ),
    "a directory as file": (
        environment(PORT_FILE="/tmp"),
        "HOTLINE_PORT_FILE: cannot read the file (IsADirectoryError)",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_is_one_sentence_without_the_secret(name: str) -> None:
    values, begins = WRONG[name]
    sentence = refusal(values)
    assert sentence.startswith(begins), sentence
    assert SECRET not in sentence


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "value").write_bytes(b"\xff\xfe")
    sentence = refusal(environment(PORT_FILE=str(tmp_path / "value")))
    assert sentence == "HOTLINE_PORT_FILE: cannot read the file (UnicodeDecodeError)"


def test_secrets_are_not_printed_with_the_settings() -> None:
    settings = read_settings(environment(**TELEGRAM))
    assert SECRET not in repr(settings)
    assert TELEGRAM["TELEGRAM_TOKEN"] not in repr(settings)


def test_polling_needs_no_secret() -> None:
    values = environment(TELEGRAM_TOKEN=TELEGRAM["TELEGRAM_TOKEN"], TELEGRAM_MODE="polling")
    assert read_settings(values).telegram_secret is None


def test_what_is_not_set_follows_from_the_rest() -> None:
    settings = read_settings(environment(DATA_DIR="/srv/h", PORT="9000", HOST="10.0.0.5"))
    assert settings.database == "sqlite:////srv/h/hotline.sqlite3"
    assert settings.keys_dir == Path("/srv/h/keys")
    assert settings.public_address == "http://10.0.0.5:9000"
    assert settings.office_address == "http://10.0.0.5:8081"


def test_any_free_port_may_be_asked_for_twice() -> None:
    settings = read_settings(environment(PORT="0", OFFICE_PORT="0"))
    assert (settings.port, settings.office_port) == (0, 0)

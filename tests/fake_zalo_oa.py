"""Zalo on loopback for tests: the rehearsal's stand-in, and an account that fits it."""

from hotline.rehearsal.zalo_oa import LocalZalo

APP_ID = "360846524940903967"
OA_SECRET = "OAsecretKey0123456789"
APP_SECRET = "app-secret-of-nobody"
USER = "246845883529197922"


def local_zalo() -> LocalZalo:
    return LocalZalo(APP_ID, OA_SECRET, APP_SECRET)

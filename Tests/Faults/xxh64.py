"""XXH64 as specified at github.com/Cyan4973/xxHash, so that hostile files can carry a valid digest."""

import struct

PRIMES = (
    0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
MASK = (1 << 64) - 1


def rotated(value: int, count: int) -> int:
    return (value << count | value >> (64 - count)) & MASK


def taken(lane: int, word: int) -> int:
    return rotated((lane + word * PRIMES[1]) & MASK, 31) * PRIMES[0] & MASK


def xxh64(data: bytes) -> int:
    """Return the hash with seed 0."""
    end = len(data) // 32 * 32
    if end:
        lanes = [(PRIMES[0] + PRIMES[1]) & MASK, PRIMES[1], 0, -PRIMES[0] & MASK]
        for words in struct.iter_unpack("<4Q", memoryview(data)[:end]):
            lanes = [taken(lane, word) for lane, word in zip(lanes, words)]
        value = sum(rotated(lane, count) for lane, count in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            value = ((value ^ taken(0, lane)) * PRIMES[0] + PRIMES[3]) & MASK
    else:
        value = PRIMES[4]
    value = (value + len(data)) & MASK
    rest = data[end:]
    while len(rest) >= 8:
        value = (rotated(value ^ taken(0, int.from_bytes(rest[:8], "little")), 27) * PRIMES[0] + PRIMES[3]) & MASK
        rest = rest[8:]
    if len(rest) >= 4:
        value ^= int.from_bytes(rest[:4], "little") * PRIMES[0] & MASK
        value = (rotated(value, 23) * PRIMES[1] + PRIMES[2]) & MASK
        rest = rest[4:]
    for byte in rest:
        value = rotated(value ^ byte * PRIMES[4] & MASK, 11) * PRIMES[0] & MASK
    for shift, prime in ((33, PRIMES[1]), (29, PRIMES[2])):
        value = (value ^ value >> shift) * prime & MASK
    return value ^ value >> 32

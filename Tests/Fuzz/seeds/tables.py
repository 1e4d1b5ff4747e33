"""Make seeds of tables and of the models that read them."""

from .formats import text


RECORDS = {
    "plain": "a,b,c\n1,2,3\n4,5,6\n",
    "quoted": 'a,"b ""x"" c","two\nlines"\r\n"",,"d"\n',
    "ends": "a,b\r1,2\r\n3,4\n\n5,6",
    "spaces": "  a \t,\tb  , c\n , ,\n",
    "mark": "\ufeffa,b\n1,2\n",
    "open": 'a,"b\n1,2\n',
    "quote-inside": 'a,b"c\n',
    "after-quote": '"a"b,c\n',
    "letters": "\u00e4,\u4f60\u597d,\U0001f600\n\u00e9,e\u0301,x\n",
    "doubled-quote-before-a-mark": 'a\n"x""\u0301y"\n',
    "many": ",".join(str(n) for n in range(70)) + "\n",
}

IRIS = "y,c,a,w\n" + "".join(
    f"{kind},{city},{n / 7:.3f},{1 + n % 3}\n"
    for n, (kind, city) in enumerate(zip("abcabcabc", ["Oslo", "Rome", "", "Rome", "Oslo", "Bern", "Rome", "?", "Oslo"]))
)
PRICES = "y,c,a\n" + "".join(f"{n * 1.5},{n % 4},{'' if n == 3 else n * n}\n" for n in range(9))

# The first four bytes are settings: targets, task, and two bytes of flags.
TABLES = {
    "classes": b"\1\0\1\0" + IRIS.encode(),
    "classes-weighted": b"\1\1\x22\1" + IRIS.encode(),
    "numbers": b"\1\2\2\0" + PRICES.encode(),
    "numbers-categorical": b"\1\2\x41\1" + PRICES.encode(),
    "two-targets": b"\3\2\5\0" + b"p,q,r,s\n1,2,3,4\n2,3,4,5\n5,4,3,1\n",
    "no-header": b"\0\1\0\4" + b"1,2.5,a\n2,3.5,b\n1,1e3,a\n",
    "semicolons": b"\0\2\0\x08" + b"y;a\n1;2\n3;4\n",
    "test-file": b"\1\0\1\2" + IRIS.encode() + b"---\n" + b"c,a,w,y\nParis,1,1,a\nRome,,2,b\n",
    "target-by-position": b"\2\1\0\0" + b"a,b\n1,x\n2,y\n---\n" + b"a,2\n3,x\n",
    "test-file-without-the-target": b"\2\1\0\4" + b"1,x\n2,y\n---\n" + b"1,z\n3,x\n",
    "whole-numbers": b"\0\0\0\0" + b"y,a\n1,2\n3,4\n",
    "missing": b"\0\2\0\0" + b"y,a\n1,\n3,4\n",
    "infinite": b"\0\2\0\0" + b"y,a\n1,1e999\n3,inf\n",
    "large": b"\0\2\0\0" + b"y,a\n1e308,1e300\n-1e308,-1e300\n",
    "constant": b"\0\2\0\0" + b"y,a\n5,7\n5,7\n5,7\n",
    "ragged": b"\0\2\0\0" + b"y,a\n1,2,3\n4\n",
}

SERIES = {
    "one": b"\x21\1\0" + b"t,y\n" + "".join(f"{n},{n * n % 7}\n" for n in range(12)).encode(),
    "two-columns": b"\x16\0\0" + b"x,y\n" + "".join(f"{n},{n % 5}\n" for n in range(16)).encode(),
    "no-header": b"\0\0\1" + "".join(f"{n}\n" for n in range(20)).encode(),
    "min-max": b"\xc1\2\0" + b"x,y\n" + "".join(f"{n},{n / 3}\n" for n in range(9)).encode(),
    "short": b"\x0f\1\0" + b"y\n1\n2\n3\n",
    "gap": b"\0\1\0" + b"y\n1\n\n3\nNA\n5\n6\n",
    "large": b"\0\1\0" + b"y\n1e308\n-1e308\n1e308\n3\n5\n6\n",
}

AGE = {"name": "age", "kind": "number", "offset": 38.6, "divisor": 13.5, "fill": 37.0, "marked": True}
CITY = {"name": "city", "kind": "categories", "values": ["Oslo", "Rome"], "marked": False}
RATE = {"name": "rate", "kind": "number", "offset": 0, "divisor": 1, "marked": False}
PRICE = {"name": "price", "offset": 10.5, "divisor": 2.5}
KIND = {"name": "kind", "offset": 0, "divisor": 1}


def rows(settings: int, columns: list, targets: list, names: str, table: str, window=None) -> bytes:
    preprocessing = {"columns": columns, "targets": targets} | ({"window": window} if window else {})
    return bytes([settings]) + f"{text(preprocessing)}\n{names}\n{table}".encode()


ROWS = {
    "numbers": rows(0, [AGE, CITY], [PRICE], '=["price"]', "age,city,price,more\n30,Oslo,12,x\n,Rome,11.5,y\n"),
    "classes": rows(0, [CITY, RATE], [KIND], '["no","yes"]', "rate,city,kind\n1,Rome,no\n2.5,Oslo,yes\n"),
    "unknown": rows(2, [CITY], [KIND], '["0","1"]', "city,kind\nParis,1.0\n?,0\n"),
    "window": rows(0, [RATE], [PRICE], '=["price[+1]"]', "rate,price\n1,2\n3,4\n5,6\n7,8\n", {"length": 2, "horizon": 1}),
    "columns-missing": rows(0, [AGE, CITY], [PRICE], '=["price"]', "age,town\n1,Oslo\n"),
    "no-targets": rows(0, [RATE], [PRICE], '=["price"]', "rate\n1\n2\n"),
    "target-by-position": rows(0, [RATE], [{"name": "2", "offset": 0, "divisor": 1}], '["a","b"]', "rate,x\n1,a\n2,b\n"),
    "class-twice": rows(0, [RATE], [KIND], '["a","a"]', "rate,kind\n1,a\n"),
    "no-header": rows(1, [{**RATE, "name": "1"}], [{**KIND, "name": "2"}], '["a","b"]', "1,a\n2,b\n"),
}

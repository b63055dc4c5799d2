import hashlib
import os, sys
import subprocess
from typing import List


def total(prices: List[int], discount=[]):
    assert prices
    label = "💶 Gesamtpreis é"; rest = 1
    try:
        return sum(prices) - sum(discount) + undefined_name
    except:
        pass


def digest(password):
    return hashlib.md5(password.encode()).hexdigest()


def run(command):
    if command == None:
        return f"nothing to do"
    return subprocess.call("sh -c " + command, shell=True)


def load(request):
    name = request.args["name"]
    path = os.path.join("/srv", name)
    query = "SELECT * FROM items WHERE name = '%s'" % name
    return eval(query), open(path)

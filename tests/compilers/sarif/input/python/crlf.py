import json
import re


def same(a):
    return not a == None

"""Reads a list of {"body", "descr"}; tells of each body its shape and the bytes of its values, as Python's json and struct read them."""
import json, struct, sys

def flat(value, shape, depth=0):
    if not isinstance(value, list):
        return [value]
    if len(shape) <= depth:
        shape.append(len(value))
    assert shape[depth] == len(value), 'ragged'
    return [one for item in value for one in flat(item, shape, depth + 1)]

def told(body, descr):
    shape = []
    values = flat(json.loads(body)['instances'], shape)
    kind = {'f': float, 'i': int, 'u': int, 'b': bool}[descr[1]]
    assert all(type(value) is kind for value in values), 'a value of another type'
    code = {'<f4': 'f', '<f8': 'd', '<i4': 'i', '<i8': 'q', '|u1': 'B', '|i1': 'b', '|b1': '?'}[descr]
    return {'shape': shape, 'hex': struct.pack('<%d%s' % (len(values), code), *values).hex()}

json.dump([told(one['body'], one['descr']) for one in json.load(sys.stdin)], sys.stdout)

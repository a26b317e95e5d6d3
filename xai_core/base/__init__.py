"""Values and services that know no subject: errors, arrays, progress, parameters, disk.

All other rooms stand on this one, and it imports none of them. What a loaded model is, how a
picture becomes its input, what is explained and at which pace are plain values here; who makes and
uses them lives above.
"""

# SPDX-License-Identifier: Apache-2.0
"""sealwright: tokens that anyone can verify and only one service can sign.

>>> from sealwright import jwt
>>> token = jwt.encode({"user_id": 123}, "a random, long, sequence of characters", algorithm="HS256")
>>> jwt.decode(token, "a random, long, sequence of characters", algorithms=["HS256"])
{'user_id': 123}
"""

__version__ = "0.1.0"

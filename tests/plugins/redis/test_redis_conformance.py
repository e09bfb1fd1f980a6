from interlock_redis.conformance import RedisConformance


class TestRedis(RedisConformance):
    pass

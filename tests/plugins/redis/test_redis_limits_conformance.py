from interlock_redis.conformance import RedisLimitsConformance


class TestRedisLimits(RedisLimitsConformance):
    pass

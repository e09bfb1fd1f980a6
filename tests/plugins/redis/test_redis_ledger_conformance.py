from interlock_redis.conformance import RedisLedgerConformance


class TestRedisLedger(RedisLedgerConformance):
    pass

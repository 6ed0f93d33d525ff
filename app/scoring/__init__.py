"""PURE statistics of comparative judgement: numpy and scipy in, frozen results out."""

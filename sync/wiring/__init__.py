"""From a configuration to what works: the only room that knows the adapters.

Adapters are imported when there is an account of their kind, and get plain values, no
configuration. Who only reads what is remembered (`records`) imports no engine and no adapter.
"""

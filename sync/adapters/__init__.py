"""Adapters of the peers beside the ward server, a module each, behind ``domain.peers.PeerAdapter``; off until configured.

``line`` is their HTTP, ``steps`` how a step is journalled before it is sent and asked for when its outcome is not known, ``text``
and ``codes`` what peers want of texts and numbers. ``make`` is the only place that knows which kind is whose.
"""

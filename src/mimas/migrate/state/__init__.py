"""What the old product knows of single objects: its connector spaces and its metaverse.

``csexport`` and ``mvexport`` write them. Files as real servers write them were not to be had: the format is the one that
Microsoft's page of the element ``cs-object`` and public programs that read it describe. Unverified are above all the
anchors, and ``mvexport``.
"""

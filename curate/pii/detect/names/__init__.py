"""Names of people, places and organisations: a small convolutional tagger in whole numbers, numpy alone,
weights in the package.
"""

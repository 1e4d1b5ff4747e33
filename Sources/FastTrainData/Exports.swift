@_exported import FastTrainSupport

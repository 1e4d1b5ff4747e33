@_exported import FastTrainData

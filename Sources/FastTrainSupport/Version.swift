/// The version of the library and of both programs.
package let fasttrainVersion = "0.1.0"

#!/bin/bash
# Deploys the shop.
target=$1
echo "Ünïcode 🚀" $target
for file in `ls *.txt`; do
	cp $file $tagret
done
if [ $target = "" ]
then
  cd build
  rm -rf "$target/"*

#!/bin/bash
name=$1
echo "🎈 Grüße" $name
for f in `ls`; do
  cat $f | grep $nmae
done
unused=1
if [ $name == "a" ]; then
  echo a
fi

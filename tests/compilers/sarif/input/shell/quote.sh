#!/bin/sh
cd $1
read line
echo -n $line | grep foo | wc -l
[[ $line == a ]] && local x=1

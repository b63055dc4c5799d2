SELECT a.id,b.name, sum(c.price)
from orders a JOIN items AS b on a.id=b.order_id
	JOIN prices c USING(id)
WHERE a.name = 'é🎈' and  b.id <> 1
GROUP BY a.id, b.name;

SELECT FROM WHERE;
